"""Commands of the documents that no test beside this one types as they stand: each with the reason, and where its verb is run."""

NOT_TYPED = {
    "make setup": "the tests run in what it makes",
    "make demo": "installs first; local/test_demo.py runs the verb, on a cut of the dataset",
    "make test": "this test is part of it",
    'make test ARGS="-n0 orders_platform_tests/contracts"': "a part of what runs here",
    'make test ARGS="-m long"': "hours on a slow machine",
    "make up": "installs first; local/test_up.py runs the verb",
    "make up ARGS=--no-feed": "installs first; local/test_up.py runs the verb",
    "make lint": "judges the tree, not the documents; CI runs it beside the tests",
    "make docs": "writes into the tree; docs/test_site.py builds it aside",
    "make bench": "takes minutes of an idle machine",
    "make lock": "asks the package registries for what is newest",
    "dagster dev -w workspace.yaml": "orchestration/test_workspace.py loads it",
    "orders-platform demo --csv FILE --days 2018-12-01:2018-12-24": "local/test_demo.py runs the verb, with a file",
    "orders-platform up --no-feed --port 3000": "local/test_up.py runs the verb; the port may be taken here",
    "orders-platform hub repair": "needs a hub that is damaged; emulators/eventhubs/test_repair.py types it",
    "orders-platform hub repair --new-generation": "needs data put back; emulators/eventhubs/test_repair.py asks for it",
    "orders-platform database serve": "ends by Ctrl-C only; deploy/test_squad_alone.py starts it",
    "orders-platform api migrate": "needs a database; deploy/test_squad_alone.py runs it",
    "orders-platform api serve": "ends by Ctrl-C only; deploy/test_squad_alone.py starts it",
    "orders-platform api serve --host 0.0.0.0 --port 8000": "opens a port to all; deploy/test_squad_alone.py starts it on one",
    "orders-platform relay": "ends by Ctrl-C only; deploy/test_squad_alone.py starts it",
    "orders-platform relay --metrics-host 0.0.0.0 --metrics-port 9100": "opens a port to all; the verb as before",
    "orders-platform alerts test": "needs an address; alerts/test_commands.py types it",
    "orders-platform alerts list": "needs incidents; alerts/test_commands.py types it",
    "orders-platform alerts heartbeat --port 8787": "ends by Ctrl-C only; local/test_up.py asks it",
    "orders-platform outbox state": "needs a database; local/test_up.py types it",
    "orders-platform outbox replay --from T1 --to T2": "needs a database; local/test_up.py types it, with times",
    "orders-platform load --rate 200 --seconds 60": "needs an API, and a minute; local/test_up.py types a shorter one",
    "orders-platform tables restore TABLE --version 1": "changes the lake; lakehouse/test_restore.py types the guide's",
    "orders-platform tables reset TABLE": "changes the lake; lakehouse/test_restore.py types the guide's",
    "orders-platform quarantine show 0:17": "nothing is set aside here; test_guides.py types the guide's",
    'orders-platform quarantine release --reason total_matches --repair total_from_lines --why "wrong totals"': (
        "changes the lake; test_guides.py types the guide's"
    ),
    "orders-platform backup write": "needs a place; test_guides.py types the guide's",
    "orders-platform backup write --accept-gap": "needs a hole; lakehouse/backup/test_write.py has one",
    "orders-platform backup check": "needs a place; test_guides.py types the guide's",
    "orders-platform backup replay": "needs a backup; test_guides.py types the guide's",
    "orders-platform backup replay --into fresh": "needs a backup; test_guides.py types the guide's",
    "orders-platform backup replay --capture abfss://capture@shop.dfs.core.windows.net --into fresh": (
        "needs Azure; lakehouse/test_roads.py replays a folder of Capture's files"
    ),
    "orders-platform hub peek": "needs a hub; hub/test_commands.py types it",
    "orders-platform pipeline run": "takes half a minute; test_guides.py types the guide's",
    "orders-platform blob serve": "ends by Ctrl-C only, and needs Node; local/blob_served.py starts it",
    "orders-platform room serve": "ends by Ctrl-C only; serving/test_in_a_browser.py starts it",
    "orders-platform databricks serve": "ends by Ctrl-C only; emulators/databricks/test_runs.py starts it",
}
# test_guides.py types it with Ctrl-C after
ENDED = "orders-platform pass --mode continuous"
