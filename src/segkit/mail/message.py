"""Content → a message: text and HTML beside each other, charts inside the HTML, files attached."""

from __future__ import annotations

import datetime as dt
import re
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import TYPE_CHECKING

from segkit.charts.style import css_variables
from segkit.errors import InputError
from segkit.mail.content import Content, Group, line
from segkit.mail.letter import Letter
from segkit.report.templating import environment

if TYPE_CHECKING:
    from segkit.i18n import Words

MOST = 100_000  # bytes of the HTML; mail programs clip what is longer
LINES = policy.SMTP.clone(cte_type="7bit")
CODING = {"en": "quoted-printable", "zh": "base64"}


def message(letter: Letter, content: Content, words: Words, *, sender: str, now: dt.datetime, version: str) -> bytes:
    """The message as it is handed over. `sender`: `Name <address>` or an address."""
    name, bare = parseaddr(sender)
    user, _, domain = bare.rpartition("@")
    made = EmailMessage(policy=LINES)
    made["From"] = Address(line(name, 80), user, domain)
    made["To"] = Address(addr_spec=letter.to)
    made["Subject"] = line(content.subject)
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{letter.key}@{domain}>"  # the same on every start: a mailbox may drop a second copy
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    notes = [*content.notes, words("mail.footer", to=letter.to, version=version)]
    coding = CODING[words.language]
    made.set_content(text(content, notes), cte=coding)
    made.add_alternative(html(content, notes, words), subtype="html", cte=coding)
    _carry(made, content)
    return made.as_bytes()


def _carry(made: EmailMessage, content: Content) -> None:
    """Charts beside the HTML that shows them, then the attached files."""
    part = made.get_payload()[1]  # type: ignore[index]
    for picture in content.pictures:
        part.add_related(  # type: ignore[union-attr]
            picture.png, "image", "png", cid=f"<{picture.name}>", filename=f"{picture.name}.png", disposition="inline"
        )
    for file in content.attachments:
        main, _, sub = file.kind.partition("/")
        more = {"charset": "utf-8", "method": "PUBLISH"} if sub == "calendar" else {}
        made.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name, params=more)


def html(content: Content, notes: list[str], words: Words) -> str:
    """The HTML with its CSS inlined, as mail programs need it. Raises InputError where it is too long to be shown whole."""
    import css_inline

    page = environment().get_template("mail.html.j2")
    made = page.render(content=content, notes=notes, words=words, style=css_variables())
    inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False, resolve_css_variables=True)
    inlined = re.sub(r"\n\s+", "\n", inliner.inline(made))
    if len(inlined.encode()) > MOST:
        raise InputError(f"mail: its body has {len(inlined.encode()):,} bytes, more than the {MOST:,} that are shown whole.")
    return inlined


def text(content: Content, notes: list[str]) -> str:
    """The same as plain text."""
    figures = [f"{one.name}: {one.value}{f' ({one.more})' if one.more else ''}" for one in content.figures]
    findings = [f"* {sentence}" for _, sentence in content.rest]
    groups = [part for group in content.groups for part in _listed(group)]
    pictures = [picture.alt for picture in content.pictures]
    blocks = [[" | ".join(content.head)], [content.subject], [content.lead], findings, figures, *groups, pictures]
    blocks += [[content.code], ["--", *notes]]
    return "\n\n".join("\n".join(block) for block in blocks if any(block)) + "\n"


def _listed(group: Group) -> list[list[str]]:
    lines = [f"* {item.who}: {item.figure}\n  {item.why}" for item in group.items]
    return [[group.heading, *lines, *([group.rest] if group.rest else [])]]
