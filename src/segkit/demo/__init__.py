"""The demo extract of an invented export firm, simulated from a known process and written with known dirt."""

from __future__ import annotations

from pathlib import Path


def write(folder: Path, *, seed: int = 20260630) -> None:
    """Write the demo extract, its config, its README and the truth into `folder`, made where it is missing.

    The same seed gives the same bytes. Files of the demo that stand there are written over; others are left alone.
    """
    from segkit.demo import dirt, files, firm, readme, truth
    from segkit.demo.process import Process

    process = Process(seed=seed)
    folder = Path(folder)
    (folder / "truth").mkdir(parents=True, exist_ok=True)
    settings = files.config(folder)
    made = firm.simulate(process)
    clean, pairs = dirt.soil(firm.extract(made, process), process)
    counts = dirt.count(clean, process) | {"notes": truth.dirt_notes(clean, made)}
    files.write(folder, dirt.plant(clean, process, process.generator(31)), settings, process)
    files.save(folder / "aliases.csv", pairs.to_csv(index=False, lineterminator="\n"))
    files.save(folder / "exclude.csv", "customer_id\n" + "\n".join(dirt.EXCLUDED) + "\n")
    files.save(folder / "truth" / "accounts.csv", truth.accounts(made, process).to_csv(index=False, lineterminator="\n"))
    files.save(folder / "truth" / "deals.csv", truth.deals(made, process).to_csv(index=False, lineterminator="\n"))
    files.save_json(folder / "truth" / "process.json", truth.process(made, process))
    files.save_json(folder / "truth" / "dirt.json", counts)
    files.save(folder / "README.md", readme.text(made, process, counts, settings))
