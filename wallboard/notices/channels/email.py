"""Sends notices as plain text by SMTP, one thread an alarm."""

import smtplib
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from wallboard.abandonable import in_thread_within
from wallboard.channel_settings import EmailSettings
from wallboard.domain.foreign_text import brief
from wallboard.notices.channel import PEOPLE_PHASES, DeliveryError, connection_words
from wallboard.notices.channel_tls import channel_tls
from wallboard.notices.notice import Notice
from wallboard.notices.texts import lines, title

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
        message, seconds = message_of(notice, self._settings), self._settings.timeout
        try:
            return await in_thread_within(lambda: self._deliver(message), seconds)
        except TimeoutError:
            where = f"{self._settings.host}:{self._port}"
            raise DeliveryError(
                f"{where} did not take it within {seconds:g} s", may_have_arrived=True
            ) from None

    async def aclose(self) -> None:
        """Nothing is open between two notices."""

    def _deliver(self, message: EmailMessage) -> str:
        where = f"{self._settings.host}:{self._port}"
        try:
            with self._connected() as smtp:
                refused = smtp.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(where, *next(iter(error.recipients.values()))) from None
        except smtplib.SMTPResponseException as error:
            raise _refused(where, error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPNotSupportedError as error:
            raise DeliveryError(f"{where}: {error}", permanent=True) from None
        except smtplib.SMTPException as error:
            raise DeliveryError(f"{where}: {brief(str(error), 120)}") from None
        except (OSError, UnicodeError) as error:
            raise DeliveryError(f"{where}: {connection_words(error)}") from None
        if refused:
            return f"accepted, but not for {brief(', '.join(refused), 120)}"
        return "accepted"

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


def _refused(where: str, code: int, words: bytes | str) -> DeliveryError:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return DeliveryError(f"{where} answered {code} {brief(said, 120)}", permanent=500 <= code < 600)
