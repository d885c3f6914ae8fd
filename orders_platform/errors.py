"""What can go wrong, as one family.

PlatformError
├── SettingsError        a setting is missing or wrong
├── InputError           a file given by the user cannot be taken as it is
├── HubError             the hub cannot be reached, or refuses
├── ApiError             the squad's API does not answer, or answers what it should not
├── WorkspaceError       the Databricks workspace does not answer, or answers with a fault
├── PassRefused          a pass must not start, or must not go on
├── PipelineFailed       a run of the declarative pipeline ended before all its tables were made
├── EnvironmentFault     the machine lacks something: a port, Java, disk
└── ChecksFailed         the work is done, but a check did not pass

Each message is one sentence that says what to do; the command line prints it and exits with `exit_code`.
"""

import errno
from typing import Final

# the numbers by which the system says that a disk is full
FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class PlatformError(Exception):
    """Any fault that the reader of its message can act on."""

    exit_code = 1


class SettingsError(PlatformError):
    """A setting is missing or wrong; set the named variables and start again."""

    exit_code = 2


class InputError(PlatformError):
    """A given file or argument is wrong; the message names file, row and column."""

    exit_code = 2


class HubError(PlatformError):
    """The hub cannot be reached within its deadline, or it refuses; check address, key and network."""


class ApiError(PlatformError):
    """The squad's API does not answer within the limit, or not as it should; check its address, its health and its token."""


class WorkspaceError(PlatformError):
    """The Databricks workspace does not answer within the limit, or with a fault of its own; check its address and state."""


class PassRefused(PlatformError):
    """Going on could lose or double data; the message says what to look at first."""


class PipelineFailed(PlatformError):
    """The declarative pipeline failed; repair what the message names, and run it again: till then its views may stand empty."""


class EnvironmentFault(PlatformError):
    """The machine lacks what is needed (port, Java, disk); provide it and start again."""


class ChecksFailed(PlatformError):
    """All work was done, but at least one check of the data failed; look at the checks named."""
