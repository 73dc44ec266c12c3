"""Telling the workspace what a run puts out: caught, redacted, limited, and safe from crashes."""

from brickyard.runtime.events.capture import DescriptorCapture, StreamWriter
from brickyard.runtime.events.channel import Channel, now_ms
from brickyard.runtime.events.outlets import Outlets
from brickyard.runtime.events.remains import Remains

__all__ = ["Channel", "DescriptorCapture", "Outlets", "Remains", "StreamWriter", "now_ms"]
