"""What we say about a claim before it is sent: its risk of denial, the reasons, and what to fix."""
