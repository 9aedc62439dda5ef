"""The script that Streamlit runs.

It stands alone in its folder: beside a folder `pages` Streamlit would take those files for scripts of the old kind
until `st.navigation` has run once, and it puts the script's folder on sys.path, where our names have no business.
"""

from dashboard.app import main

main()
