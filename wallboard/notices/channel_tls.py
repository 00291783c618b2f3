"""The TLS settings of a channel that is no HTTP."""

import ssl

from wallboard.channel_settings import EmailSettings, SyslogSettings
from wallboard.ece.ask.outgoing import ClientSetupError
from wallboard.ece.ask.tls import tls_context
from wallboard.settings import ServerSettings


def channel_tls(channel: EmailSettings | SyslogSettings) -> ssl.SSLContext:
    """What it trusts. Raises ``ClientSetupError`` for a file that cannot be used."""
    server = ServerSettings(
        name=channel.name, url="", ca_file=channel.ca_file, verify=channel.verify
    )
    try:
        return tls_context(server)
    except ClientSetupError as error:
        raise ClientSetupError(str(error).replace("server ", "channel ", 1)) from None
