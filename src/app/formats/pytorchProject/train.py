"""Trains the network in one process or, with torchrun, in several.

    python train.py --data path/to/emnist
    torchrun --nproc_per_node 4 train.py --data path/to/emnist

The recipe is inkgrad's: Adam, batch size 64, ReduceLROnPlateau, validation on held-out training images. The test part
is not used. README.md explains what changes with several processes.
"""

import argparse
import os

import torch
import torch.distributed as dist
from torch.nn.functional import cross_entropy
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

from emnist import normalize, read_part, split_validation
from network import CharacterNet, load_model


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder of the official EMNIST files")
    parser.add_argument("--split", default="balanced", help="EMNIST split (default: balanced)")
    parser.add_argument("--model", default="model.pth", help="source of the class names and, with --warm, of the weights")
    parser.add_argument("--warm", action="store_true", help="initialize from the weights of the model")
    parser.add_argument("--out", default="trained.pth", help="output file for the best weights (default: trained.pth)")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch-size", type=int, default=64, help="images per step, over all processes")
    parser.add_argument("--lr", type=float, default=0.001)
    parser.add_argument("--val-fraction", type=float, default=0.1, help="fraction of the training images for validation")
    parser.add_argument("--seed", type=int, default=42)
    return parser.parse_args()


def subset(images, labels, indices):
    return TensorDataset(images[indices], labels[indices])


def run_epoch(model, loader, device, optimizer=None):
    """Mean loss and accuracy over all processes; trains if there is an optimizer."""
    sums = torch.zeros(3, dtype=torch.float64, device=device)  # loss, correct predictions, images
    model.train(optimizer is not None)
    with torch.set_grad_enabled(optimizer is not None):
        for images, labels in loader:
            images, labels = normalize(images.to(device)), labels.to(device)
            logits = model(images)
            loss = cross_entropy(logits, labels)
            if optimizer is not None:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            correct = (logits.argmax(1) == labels).sum()
            sums += torch.stack([loss.detach().double() * len(labels), correct.double(), correct.new_tensor(len(labels)).double()])
    dist.all_reduce(sums)
    loss, correct, count = sums.tolist()
    return loss / count, correct / count


def save(model, names, path):
    """Writes a file for `inkgrad import`, under a temporary name that is then renamed."""
    contents = {"model_state_dict": model.state_dict(), "class_mapping": names, "input_size": model.input_size}
    torch.save(contents, path + ".partial")
    os.replace(path + ".partial", path)


def main():
    options = arguments()
    if "RANK" not in os.environ:  # without torchrun: a single process
        os.environ.update(RANK="0", WORLD_SIZE="1", LOCAL_RANK="0", MASTER_ADDR="127.0.0.1", MASTER_PORT="29400")
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    rank, processes = dist.get_rank(), dist.get_world_size()
    if options.batch_size % processes != 0:
        raise SystemExit(f"--batch-size {options.batch_size} is not divisible by {processes} processes")
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if torch.cuda.is_available() else torch.device("cpu")
    if device.type == "cuda":
        torch.cuda.set_device(device)

    torch.manual_seed(options.seed)  # equal initial weights in all processes
    loaded, names = load_model(options.model)
    initial = CharacterNet(len(names), input_size=loaded.input_size, **loaded.architecture)
    model = (loaded if options.warm else initial).to(device)
    parallel = DistributedDataParallel(model, device_ids=[device] if device.type == "cuda" else None)
    torch.manual_seed(options.seed + 1 + rank)  # different dropout masks in each process

    images, labels = read_part(options.data, options.split, "train")
    if images.shape[1:] != model.input_size:
        raise SystemExit(f"the images are {tuple(images.shape[1:])}, the model expects {model.input_size}; change emnist.py")
    if int(labels.max()) >= len(names):
        raise SystemExit(f"label {int(labels.max())} is out of range for {len(names)} classes; check --split")
    training, validation = split_validation(labels, options.val_fraction, options.seed)
    share = options.batch_size // processes
    sampler = DistributedSampler(training, seed=options.seed)
    train_loader = DataLoader(subset(images, labels, training), batch_size=share, sampler=sampler)
    local = validation[rank::processes]  # every image once, for any number of processes
    val_loader = DataLoader(subset(images, labels, local), batch_size=250)

    optimizer = torch.optim.Adam(model.parameters(), lr=options.lr)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="min", patience=2)
    best = -1.0
    for epoch in range(options.epochs):
        sampler.set_epoch(epoch)
        train_loss, train_accuracy = run_epoch(parallel, train_loader, device, optimizer)
        for buffer in model.buffers():  # running statistics: validate with those of process 0, which are saved
            dist.broadcast(buffer, 0)
        val_loss, val_accuracy = run_epoch(model, val_loader, device)
        scheduler.step(val_loss)
        if rank == 0:
            print(
                f"epoch {epoch + 1}/{options.epochs}  train loss {train_loss:.4f} accuracy {100 * train_accuracy:.2f} %"
                f"  val loss {val_loss:.4f} accuracy {100 * val_accuracy:.2f} %",
                flush=True,
            )
            if val_accuracy > best:
                save(model, names, options.out)
        best = max(best, val_accuracy)
    del parallel  # before its group: in PyTorch 1.13 a process whose DDP outlives the group may never end
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
