"""The servers that are measured side by side: how each is started, and what it costs while it runs."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
START_SECONDS = 30.0


@dataclass(frozen=True)
class Peer:
    """`command` makes the command line for (port, folder of files, empty folder of its own); None: not installed."""

    name: str
    command: Callable[[int, Path, Path], list[str]] | None
    prefix: str = ""
    has_ranges: bool = True


def peers() -> list[Peer]:
    copyparty = importlib.util.find_spec("copyparty") is not None
    hfs = os.environ.get("HFS") or shutil.which("hfs")
    return [
        Peer("Desktop Share", site("engine")),
        Peer("Desktop Share, no sendfile", site("reading")),
        Peer("Flask send_file on waitress", site("waitress")),
        Peer("python -m http.server", _http_server, has_ranges=False),
        Peer("nginx, sendfile on", _nginx if shutil.which("nginx") else None),
        Peer("Caddy", _caddy if shutil.which("caddy") else None),
        Peer("copyparty", _copyparty if copyparty else None),
        Peer("HFS 3", (lambda port, folder, own: _hfs(hfs, port, folder, own)) if hfs else None, prefix="/r"),
    ]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def site(kind: str) -> Callable[[int, Path, Path], list[str]]:
    return lambda port, folder, _: [sys.executable, str(HERE / "site_app.py"), kind, str(port), str(folder)]


def _http_server(port: int, folder: Path, _: Path) -> list[str]:
    return [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "-d", str(folder), "-p", "HTTP/1.1", str(port)]


def _nginx(port: int, folder: Path, own: Path) -> list[str]:
    config = own / "nginx.conf"
    user = "user root;" if hasattr(os, "geteuid") and os.geteuid() == 0 else ""
    config.write_text(
        f"""
daemon off; worker_processes 1; pid {own}/pid; error_log /dev/null; {user}
events {{ worker_connections 4096; }}
http {{
    sendfile on; tcp_nopush on; access_log off;
    client_body_temp_path {own}/a; proxy_temp_path {own}/b; fastcgi_temp_path {own}/c;
    uwsgi_temp_path {own}/d; scgi_temp_path {own}/e;
    keepalive_requests 100000;
    server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""
    )
    return ["nginx", "-c", str(config), "-p", str(own), "-e", "/dev/null"]


def _caddy(port: int, folder: Path, _: Path) -> list[str]:
    return ["caddy", "file-server", "--listen", f"127.0.0.1:{port}", "--root", str(folder)]


def _copyparty(port: int, folder: Path, _: Path) -> list[str]:
    volume = f"{folder}::r"
    quiet = ["-q", "--no-thumb", "--no-acode", "-nc", "4096"]
    return [sys.executable, "-m", "copyparty", *quiet, "-i", "127.0.0.1", "-p", str(port), "-v", volume]


def _hfs(program: str, port: int, folder: Path, own: Path) -> list[str]:
    (own / "config.yaml").write_text(
        f"port: {port}\nlisten_interface: 127.0.0.1\nopen_browser_at_start: false\nlog: ''\nerror_log: ''\n"
        f"auto_check_update: false\nvfs:\n  children:\n    - source: {folder}/\n      name: r\n"
    )
    return [program, "--cwd", str(own)]


class Running:
    """A started peer. CPU seconds and peak memory are those of its processes together."""

    def __init__(self, peer: Peer, folder: Path, own: Path) -> None:
        assert peer.command is not None
        self.port = free_port()
        own.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(own), "XDG_CONFIG_HOME": str(own)}
        self._child = subprocess.Popen(
            peer.command(self.port, folder, own),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait_until_it_answers(peer.name)

    def _wait_until_it_answers(self, name: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._child.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"{name} did not start")

    def _processes(self) -> list[psutil.Process]:
        parent = psutil.Process(self._child.pid)
        return [parent, *parent.children(recursive=True)]

    def cpu_seconds(self) -> float:
        return sum(times.user + times.system for times in (each.cpu_times() for each in self._processes()))

    def memory(self) -> int:
        """Peak bytes; where the system does not say, those now."""
        return sum(_peak(each) for each in self._processes())

    def stop(self) -> None:
        if self._child.poll() is None:
            processes = self._processes()
            for process in processes:
                process.terminate()
            _, alive = psutil.wait_procs(processes, 10)
            for process in alive:
                process.kill()
        self._child.wait()


def _peak(process: psutil.Process) -> int:
    status = Path(f"/proc/{process.pid}/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return int(process.memory_info().rss)
