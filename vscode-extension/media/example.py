"""What a small model remembers. Press Tab behind the last line, or wait for a suggestion."""

import os
