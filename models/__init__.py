"""What we say about a claim before it is sent: its risk of denial, the reasons, and what to fix."""

import os

# before scikit-learn loads: its idle threads then sleep instead of spinning (3 s instead of 55 s on a busy machine)
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
