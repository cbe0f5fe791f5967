"""One forecast in a process of its own, for its time and memory: `alone.py SERIES`."""

from __future__ import annotations

import json
import sys
import time

from benchmarks.figures import forget_peak, median_of, peak_bytes
from benchmarks.forecasting.data import draw_courses
from services.forecasting.engine.forecasting import Settings, forecast


def main() -> None:
    settings = Settings(corrects=False)
    forecast(draw_courses(200), 12, settings)  # kernels and libraries are loaded
    panel = draw_courses(int(sys.argv[1]))
    forget_peak()  # drawing the courses took more than they do
    before = peak_bytes()
    begun = time.process_time()
    forecast(panel, 12, settings)
    processor = time.process_time() - begun
    after = peak_bytes()
    seconds = median_of(lambda: forecast(panel, 12, settings))
    told = {
        "seconds": seconds,
        "processor_seconds": processor,
        "added_bytes": after - before,
        "rss_bytes": after,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
