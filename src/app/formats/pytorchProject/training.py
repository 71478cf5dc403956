"""Training steps, epochs and validation. Every process calls these functions at the same time."""

import math
import time
from contextlib import nullcontext

import torch
import torch.distributed as dist
from torch.nn.functional import cross_entropy

from checkpoint import save_atomically
from data import normalize
from distributed import fail, largest, total


def classify(model, images, labels, amp="off"):
    """Returns the mean loss, and a tensor: sum of the losses, correct predictions, images."""
    with torch.autocast(images.device.type, dtype=torch.bfloat16, enabled=amp == "bf16"):
        logits = model(normalize(images))
    loss = cross_entropy(logits.float(), labels)
    correct = (logits.argmax(1) == labels).sum()
    count = torch.full_like(correct, len(labels))
    return loss, torch.stack([loss.detach().double() * len(labels), correct.double(), count.double()])


def train_step(model, optimizer, images, labels, accumulate=1, amp="off"):
    """One optimizer step on this process's share of a batch; returns the sums of `classify`.

    accumulate: parts that are computed one after the other to save memory. The gradient is that of the whole share,
    except that batch norm computes its statistics from one part.
    """
    optimizer.zero_grad(set_to_none=True)
    sums = 0
    parts = list(zip(images.chunk(accumulate), labels.chunk(accumulate)))
    for index, (part_images, part_labels) in enumerate(parts):
        # DistributedDataParallel averages the gradients over all processes in the last backward pass only.
        is_last = index == len(parts) - 1
        with nullcontext() if is_last else model.no_sync():
            loss, part_sums = classify(model, part_images, part_labels, amp)
            (loss * (len(part_labels) / len(labels))).backward()
        sums = sums + part_sums
    optimizer.step()
    return sums


def validate(model, loader, device, amp="off"):
    """Mean loss and accuracy over the images of all processes."""
    model.eval()
    sums = torch.zeros(3, dtype=torch.float64, device=device)
    with torch.no_grad():
        for images, labels in loader:
            images, labels = images.to(device, non_blocking=True), labels.to(device, non_blocking=True)
            sums += classify(model, images, labels, amp)[1]
    loss, correct, count = total(sums).tolist()
    return loss / count, correct / count


class Training:
    """A run: its network, data and progress. `run` trains until the last epoch, or until a signal stops it."""

    def __init__(self, options, device, model, parallel, optimizer, scheduler, train_loader, val_loader, names):
        self.options, self.device = options, device
        self.model = model  # `parallel` without its wrappers
        self.parallel, self.optimizer, self.scheduler = parallel, optimizer, scheduler
        self.train_loader, self.val_loader = train_loader, val_loader
        self.batches = train_loader.sampler
        self.names = names

    def run(self, progress, checkpoint, log, stop):
        """Returns 0, or the number of the signal that stopped the run."""
        while progress.epoch < self.options.epochs:
            signal = self.train_epoch(progress, checkpoint, log, stop)
            if signal != 0:
                return signal
            line = self.end_epoch(progress, log)
            checkpoint.save(progress)
            if dist.get_rank() == 0:
                print(line, flush=True)
        return 0

    def train_epoch(self, progress, checkpoint, log, stop):
        """Trains until the end of the epoch or a signal, of which it returns the number."""
        options = self.options
        self.batches.start_at(progress.epoch, progress.step)
        self.parallel.train()
        window = []  # sums of the steps since the last check
        started = time.monotonic()
        for images, labels in self.train_loader:
            images, labels = images.to(self.device, non_blocking=True), labels.to(self.device, non_blocking=True)
            window.append(train_step(self.parallel, self.optimizer, images, labels, options.accumulate, options.amp))
            progress.step += 1
            if progress.step % options.check_every != 0 and progress.step != self.batches.steps:
                continue
            # Reading results waits for the GPU and for all processes, so it is not done in every step.
            self.check(window, progress, log, time.monotonic() - started)
            signal = largest(stop.number, self.device)
            before = progress.step - len(window)
            is_due = progress.step // options.checkpoint_every > before // options.checkpoint_every
            if is_due or signal != 0:
                checkpoint.save(progress)
            if signal != 0:
                return signal
            window, started = [], time.monotonic()
        return 0

    def check(self, window, progress, log, seconds):
        """Adds the results of some steps to the progress and the log; ends the run if a loss is not finite."""
        sums = total(torch.stack(window))
        losses = (sums[:, 0] / sums[:, 2]).tolist()
        loss_sum, correct, images = sums.sum(0).tolist()
        step = progress.epoch * self.batches.steps + progress.step
        for index, loss in enumerate(losses):
            if not math.isfinite(loss):
                self.fail_at(step - len(losses) + 1 + index, loss)
        progress.loss_sum += loss_sum
        progress.correct += correct
        progress.images += images
        lr = self.optimizer.param_groups[0]["lr"]
        log.write("steps", step, loss=loss_sum / images, lr=lr, images_per_second=round(images / seconds, 1))
        progress.log_bytes = log.position()

    def fail_at(self, step, loss):
        options = self.options
        precision = " or without --amp" if options.amp != "off" else ""
        fail(
            f"step {step} (epoch {(step - 1) // self.batches.steps + 1}): the loss is {loss}, not a finite number; "
            f"train with a smaller --lr (now {options.lr}){precision}, and with --fresh to start again"
        )

    def end_epoch(self, progress, log):
        """Validates, adapts the learning rate, saves the weights if they are the best so far; returns a report."""
        for buffer in self.model.buffers():  # running statistics: validate with those of process 0, which are saved
            dist.broadcast(buffer, 0)
        train_loss, train_accuracy = progress.loss_sum / progress.images, progress.correct / progress.images
        val_loss, val_accuracy = validate(self.model, self.val_loader, self.device, self.options.amp)
        self.scheduler.step(val_loss)
        if dist.get_rank() == 0 and val_accuracy > progress.best:
            self.save_weights()
        progress.epoch += 1
        progress.step, progress.loss_sum, progress.correct, progress.images = 0, 0.0, 0.0, 0.0
        progress.best = max(progress.best, val_accuracy)
        log.write(
            "epoch",
            progress.epoch * self.batches.steps,
            train_loss=train_loss,
            train_accuracy=train_accuracy,
            val_loss=val_loss,
            val_accuracy=val_accuracy,
        )
        progress.log_bytes = log.position()
        return (
            f"epoch {progress.epoch}/{self.options.epochs}"
            f"  train loss {train_loss:.4f} accuracy {100 * train_accuracy:.2f} %"
            f"  val loss {val_loss:.4f} accuracy {100 * val_accuracy:.2f} %"
        )

    def save_weights(self):
        """Writes a file for `inkgrad import`."""
        contents = {
            "model_state_dict": self.model.state_dict(),
            "class_mapping": self.names,
            "input_size": self.model.input_size,
        }
        save_atomically(contents, self.options.out)
