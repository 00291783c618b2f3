"""Sends notices as plain text by SMTP, one thread an alarm."""

import base64
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from wallboard.channel_settings import EmailSettings
from wallboard.domain.foreign_text import brief
from wallboard.notices.channel import PEOPLE_PHASES, DeliveryError, connection_words, masked
from wallboard.notices.connecting import channel_tls
from wallboard.notices.notice import Notice
from wallboard.notices.texts import lines, title
from wallboard.threads import in_thread_within

PORTS = {"starttls": 587, "tls": 465, "none": 25}


class Email:
    """One mail server, one sender, some recipients."""

    phases = PEOPLE_PHASES

    def __init__(self, settings: EmailSettings) -> None:
        """Prepare without connecting. Raises ``ClientSetupError`` for unusable files."""
        self._settings = settings
        self._port = settings.port or PORTS[settings.security]
        self._context = None if settings.security == "none" else channel_tls(settings)

    async def send(self, notice: Notice) -> str:
        """Send one mail to all recipients. Raises ``DeliveryError``."""
        message = message_of(notice, self._settings)
        return await self._within_time(lambda: self._deliver(message))

    async def ask(self) -> str:
        """Greet, begin TLS and log in, as far as the settings say so. Raises ``DeliveryError``."""
        return await self._within_time(self._greet)

    async def aclose(self) -> None:
        """Nothing is open between two notices."""

    async def _within_time(self, work: Callable[[], str]) -> str:
        seconds = self._settings.timeout
        try:
            return await in_thread_within(work, seconds)
        except TimeoutError:
            raise DeliveryError(
                f"{self._where} did not take it within {seconds:g} s", may_have_arrived=True
            ) from None

    def _greet(self) -> str:
        with self._errors_told(may_have_arrived=False, lasting=False), self._connected() as smtp:
            smtp.ehlo_or_helo_if_needed()
        words = {"starttls": " with STARTTLS", "tls": " with TLS", "none": ""}
        login = " and takes the login" if self._settings.user else ""
        return f"{self._where} answers{words[self._settings.security]}{login}"

    def _deliver(self, message: EmailMessage) -> str:
        with self._errors_told(may_have_arrived=False, lasting=False):
            smtp = self._connected()
        with self._errors_told(may_have_arrived=True, lasting=True):
            try:
                refused = smtp.send_message(message)
            finally:
                _leave(smtp)
        if refused:
            return f"accepted, but not for {brief(', '.join(refused), 120)}"
        return "accepted"

    @contextmanager
    def _errors_told(self, *, may_have_arrived: bool, lasting: bool) -> Iterator[None]:
        """Errors as ``DeliveryError``; those of a ``lasting`` kind are of the mail itself."""
        where = self._where
        try:
            yield
        except smtplib.SMTPRecipientsRefused as error:
            raise self._refused(*next(iter(error.recipients.values())), lasting) from None
        except smtplib.SMTPResponseException as error:
            raise self._refused(error.smtp_code, error.smtp_error, lasting) from None
        except smtplib.SMTPNotSupportedError as error:
            raise DeliveryError(f"{where}: {error}") from None
        except smtplib.SMTPException as error:
            words = brief(str(error), 120)
            raise DeliveryError(f"{where}: {words}", may_have_arrived=may_have_arrived) from None
        except (OSError, UnicodeError) as error:
            words = connection_words(error)
            raise DeliveryError(f"{where}: {words}", may_have_arrived=may_have_arrived) from None

    def _refused(self, code: int, words: bytes | str, lasting: bool) -> DeliveryError:
        said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        permanent = lasting and 500 <= code < 600
        said = brief(masked(said, _secrets(self._settings)), 120)
        return DeliveryError(f"{self._where} answered {code} {said}", permanent=permanent)

    @property
    def _where(self) -> str:
        return f"{self._settings.host}:{self._port}"

    def _connected(self) -> smtplib.SMTP:
        """A connection that is ready to take mail. Raises what ``smtplib`` raises."""
        settings, context = self._settings, self._context
        smtp: smtplib.SMTP
        if settings.security == "tls":
            smtp = smtplib.SMTP_SSL(
                settings.host, self._port, timeout=settings.timeout, context=context
            )
        else:
            smtp = smtplib.SMTP(settings.host, self._port, timeout=settings.timeout)
        try:
            if settings.security == "starttls":
                smtp.starttls(context=context)
            if settings.user and settings.password:
                smtp.login(settings.user.value, settings.password.value)
        except BaseException:
            smtp.close()
            raise
        return smtp


def _secrets(settings: EmailSettings) -> list[str]:
    """The password, by itself and as it crosses the line."""
    if not settings.user or not settings.password:
        return []
    user, password = settings.user.value, settings.password.value
    sent = (password, f"\0{user}\0{password}")
    return [password, *(base64.b64encode(one.encode()).decode() for one in sent)]


def message_of(notice: Notice, settings: EmailSettings) -> EmailMessage:
    """The mail. All notices of an alarm refer to the same message, so that they are one thread."""
    domain = settings.sender.rpartition("@")[2].strip("<> ") or "wallboard.invalid"
    subject = title(notice)
    message = EmailMessage()
    message["From"] = settings.sender
    message["To"] = ", ".join(settings.to)
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.fromtimestamp(notice.at).astimezone())
    message["Message-ID"] = f"<{notice.id}@{domain}>"
    message["In-Reply-To"] = message["References"] = f"<{notice.thread}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join((subject, "", *lines(notice))) + "\n")
    return message


def _leave(smtp: smtplib.SMTP) -> None:
    """Say goodbye; what was taken stays taken, whatever comes of that."""
    with suppress(smtplib.SMTPException, OSError):
        smtp.quit()
    smtp.close()
