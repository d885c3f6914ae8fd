"""The squad's guide: both languages alike, and no command that would not be taken; local/test_up.py types them."""

from orders_platform_tests.docs.command_line import is_taken
from orders_platform_tests.docs.markdown import Markdown
from orders_platform_tests.docs.squad_guide import ENGLISH, SCRIPTS

PORTUGUESE = Markdown.read("docs/pt-BR/squad.md")
# on Azure, where there is no end to them; orders_platform_tests/squad runs the verbs
NOT_TYPED = [
    "orders-platform api migrate",
    "orders-platform api serve --host 0.0.0.0 --port 8000",
    "orders-platform relay",
    "orders-platform relay --metrics-host 0.0.0.0 --metrics-port 9100",
]


def test_both_languages_say_the_same() -> None:
    assert ENGLISH.headings == PORTUGUESE.headings
    assert ENGLISH.scripts == PORTUGUESE.scripts
    assert ENGLISH.inline_commands == PORTUGUESE.inline_commands
    assert len(ENGLISH.rows) == len(PORTUGUESE.rows)


def test_every_command_is_taken_as_it_is_written() -> None:
    assert [command for command in (*ENGLISH.shell_commands, *ENGLISH.inline_commands) if not is_taken(command)] == []


def test_every_inline_command_is_typed_or_has_a_reason() -> None:
    typed = "\n".join(SCRIPTS)

    left = [
        command for command in ENGLISH.inline_commands if command not in (*NOT_TYPED, "make up", "orders-platform outbox state")
    ]
    assert [command for command in left if command not in typed] == []
