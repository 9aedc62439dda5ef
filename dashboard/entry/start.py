"""The script that Streamlit runs.

It stands alone in its folder: beside a folder `pages` Streamlit would take those files for scripts of the old kind
until `st.navigation` has run once, and it puts the script's folder on sys.path, where our names have no business.
"""

# Streamlit loads pandas when it first needs it, and Plotly looks for it in sys.modules without waiting: two sessions
# that start together would let Plotly see half of it. Here each run waits until all of it is there.
import pandas  # type: ignore[import-untyped]  # noqa: F401

from dashboard.app import main

main()
