"""Makes the archives of a release: python3 -m release WORK FOLDER.

FOLDER must not exist. WORK is an empty folder for everything else.
"""

import sys
from pathlib import Path

from release import debian, dist
from release.storage import Storage

work, folder = (Path(argument).resolve() for argument in sys.argv[1:3])
storage = Storage(work)
dist.make(storage, dist.build_image(storage), work / "dist", folder)
print(debian.lint(next(folder.glob("*.deb"))), dist.sizes(folder), sep="", end="")
