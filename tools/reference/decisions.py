"""The decision records by number. They are records, and stay in English; their titles are told in both languages."""

from pathlib import Path

from tools.reference.language import Language
from tools.reference.markdown import page, table

_FOLDER = Path(__file__).resolve().parents[2] / "docs" / "decisions"
_LEAD = "What was worth arguing about, one page each: context, decision, consequences, alternatives weighed."


def render(language: Language) -> str:
    """The page."""
    rows = (_row(language, path) for path in sorted(_FOLDER.glob("*.md")))
    return page(language, "Decisions", _LEAD, table(language, ("no.", "decision", "status"), rows))


def _row(language: Language, path: Path) -> tuple[str, ...]:
    first, _, status, *_ = path.read_text(encoding="utf-8").splitlines()
    number, _, title = first.removeprefix("# ").partition(". ")
    return number, f"[{language.say(title)}](../../decisions/{path.name})", language.say(status.partition(",")[0])
