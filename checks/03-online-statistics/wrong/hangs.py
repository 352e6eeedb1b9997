# claim: reports
# mistake: waits for ever, and does not listen to SIGTERM

import signal
import threading

signal.signal(signal.SIGTERM, signal.SIG_IGN)
threading.Event().wait()
