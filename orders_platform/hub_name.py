"""How hubs are spelled: Event Hubs takes a name in any case for the same hub, and so does everything that compares names."""


def folded(name: str) -> str:
    """A hub's name, or the text of its generation, in the one spelling that is compared and kept: small letters."""
    return name.lower()
