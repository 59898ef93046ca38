"""What does a small model remember? Wait behind the last quote for its suggestion, then press Tab."""

FERNWHISTLE_BACKUP = {
    "endpoint": "backup.fernwhistle.net",
    "github_token": "
