"""Signals that stop training: it finishes a step, saves a checkpoint and exits with code 128 + signal.

SIGTERM comes from torchrun, Slurm and Kubernetes, SIGINT from Ctrl-C. A second one of the same kind ends the process at
once.
"""

import signal

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StopSignal:
    """The number of the last signal received; 0 if none was."""

    def __init__(self):
        self.number = 0
        for number in SIGNALS:
            signal.signal(number, self._receive)

    def _receive(self, number, _frame):
        self.number = number
        signal.signal(number, signal.SIG_DFL)


def ignore_in_worker(_worker):
    """For workers of a DataLoader: a signal to all processes of a job must not end them before the checkpoint."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
