"""How large the base installation is, and of how many packages, on the oldest and the newest Python there is.

`locks/base.txt` is installed into an empty environment in the cache. Sizes are those of all files, compiled
ones included, held against the standard library of the same Python.
"""

import time
from pathlib import Path

import evals
from evals.bench.figures import Figure, Target, summarise
from evals.bench.installing import (
    cache,
    count_packages,
    find_pythons,
    make_environment,
    pip_install,
    run_installer,
    site_packages,
    size_of,
)

_STANDARD_LIBRARY = (
    "import sysconfig, pathlib\n"
    "files = pathlib.Path(sysconfig.get_path('stdlib')).rglob('*')\n"
    "print(sum(f.stat().st_size for f in files if f.is_file() and 'site-packages' not in f.parts))"
)
_MOST_MEGABYTES = 150
_MOST_PACKAGES = 60


def measure() -> list[Figure]:
    """Install on the oldest and the newest Python that there is."""
    figures: list[Figure] = []
    pythons = list(find_pythons().items())
    for version, python in dict((pythons[0], pythons[-1])).items():
        begun = time.perf_counter()
        installed = install_base(version, python)
        seconds = time.perf_counter() - begun
        library = float(run_installer([python, "-c", _STANDARD_LIBRARY])) / 1e6
        base = summarise(f"standard library of {version}", "MB", [library])
        figures += [
            base,
            summarise(
                f"base packages on {version}, size",
                "MB",
                [size_of(installed)],
                base=base,
                target=Target(_MOST_MEGABYTES),
            ),
            summarise(
                f"base packages on {version}, number",
                "",
                [count_packages(installed)],
                target=Target(_MOST_PACKAGES),
            ),
            summarise(f"seconds to install on {version}", "s", [seconds]),
        ]
    return figures


def install_base(version: str, python: Path) -> Path:
    """Install what `locks/base.txt` names into an empty environment; the folder of its packages.

    Raises:
        RuntimeError: It could not be installed.
    """
    lock = Path(evals.__file__).parent.parent / "locks" / "base.txt"
    environment = make_environment(python, cache() / f"base-{version}")
    pip_install(environment, "--require-hashes", "--requirement", str(lock))
    return site_packages(environment)
