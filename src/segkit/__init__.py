"""segkit: customer segmentation for sales organisations, driven by notebooks."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("segkit")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0+unknown"
