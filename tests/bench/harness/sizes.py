"""What is shipped, in bytes: the stripped program, and all files of its image."""

from processes import run


def measure(bench, figures):
    """Fills in size.*"""
    folder = bench.folder("image")
    tree = folder / "tree"
    [program] = bench.gateway_command()
    # As deploy/Dockerfile does, but for the licences of what is linked statically.
    run(["deploy/image-tree", program, tree])
    archive = folder / "image.tar.zst"
    run(["tar", "--zstd", "-cf", archive, "-C", tree, "."])
    stripped = next((tree / "program").rglob(program.name))
    files = [file for file in tree.rglob("*") if file.is_file() and not file.is_symlink()]
    figures.add("size.program_mb", stripped.stat().st_size / 1e6)
    figures.add("size.image_mb", sum(file.stat().st_size for file in files) / 1e6)
    figures.add("size.image_zstd_mb", archive.stat().st_size / 1e6)
