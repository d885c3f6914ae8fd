"""The page as a Databricks App starts it: as a module; where it listens, the workspace says by Streamlit's own variables."""

from streamlit.web import cli

from orders_platform.serving.server import arguments


def main() -> None:
    """Serve until the workspace ends it."""
    cli.main(arguments(), standalone_mode=False)


if __name__ == "__main__":
    main()
