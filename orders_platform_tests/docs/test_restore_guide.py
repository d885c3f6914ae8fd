"""The guide on restoring: both languages alike, and no command that would not be taken; lakehouse/test_restore.py types them."""

from orders_platform_tests.docs.command_line import is_taken
from orders_platform_tests.docs.markdown import Markdown

ENGLISH, PORTUGUESE = Markdown.read("docs/en/restore.md"), Markdown.read("docs/pt-BR/restore.md")


def test_both_languages_say_the_same() -> None:
    assert ENGLISH.headings == PORTUGUESE.headings
    assert ENGLISH.scripts == PORTUGUESE.scripts
    assert ENGLISH.inline_commands == PORTUGUESE.inline_commands
    assert len(ENGLISH.rows) == len(PORTUGUESE.rows)


def test_every_command_is_taken_as_it_is_written() -> None:
    assert [command for command in (*ENGLISH.shell_commands, *ENGLISH.inline_commands) if not is_taken(command)] == []
