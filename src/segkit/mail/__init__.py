"""A finished run → messages → the mail server: each reader's edition and language, at most once each."""

from segkit.mail.delivery import Outcome
from segkit.mail.office import Office
from segkit.mail.post import Post, judge, post
from segkit.mail.server import Server, from_environment

__all__ = ["Office", "Outcome", "Post", "Server", "from_environment", "judge", "post"]
