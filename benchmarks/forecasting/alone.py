"""One forecast in a process of its own, for its time and memory: `alone.py SERIES`."""

from __future__ import annotations

import json
import resource
import sys
import time

from benchmarks.figures import median_of
from benchmarks.forecasting.data import draw_courses
from services.forecasting.engine.forecasting import Settings, forecast

_KIBIBYTE = 1024


def main() -> None:
    settings = Settings(corrects=False)
    forecast(draw_courses(200), 12, settings)  # kernels and libraries are loaded
    panel = draw_courses(int(sys.argv[1]))
    before = _peak()
    begun = time.process_time()
    forecast(panel, 12, settings)
    processor = time.process_time() - begun
    after = _peak()
    seconds = median_of(lambda: forecast(panel, 12, settings))
    told = {
        "seconds": seconds,
        "processor_seconds": processor,
        "added_bytes": after - before,
        "rss_bytes": after,
    }
    print(json.dumps(told))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIBIBYTE


if __name__ == "__main__":
    main()
