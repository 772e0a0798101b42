"""The broker amqtt, used on a machine that cannot have Mosquitto; it is an optional extra of the package."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from host_tools.errors import BrokerError
from host_tools.extras import how_to_install
from host_tools.site.broker_address import HOW_TO_INSTALL, BrokerAddress, free_port

START_S = 10.0  # longest wait until it answers
STOP_S = 5.0  # and until it has shut down


class Amqtt:
    """The pure Python broker amqtt in a thread, with the methods of `Mosquitto`, for a machine that cannot have that.

    Not fit for tests of our wire: it sends retained messages to clients whose filter does not match.
    """

    def __init__(self, port: int = 0) -> None:
        import importlib.util

        if importlib.util.find_spec("amqtt") is None:
            either = f"{HOW_TO_INSTALL}, or the extra 'amqtt', which stands in for it: {how_to_install('amqtt')}"
            raise BrokerError(f"there is neither Mosquitto nor amqtt on this machine: {either}")
        self.port = port
        self._loop: Any = None
        self._thread: Any = None
        self._broker: Any = None

    @property
    def address(self) -> BrokerAddress:
        return BrokerAddress("127.0.0.1", self.port)

    @property
    def url(self) -> str:
        return str(self.address)

    @property
    def running(self) -> bool:
        return self._broker is not None

    def start(self) -> None:
        """Start, on the same port as before if there was one.  Raises BrokerError."""
        import asyncio
        import logging
        import threading

        from amqtt.broker import Broker

        if self.running:
            return
        logging.getLogger("amqtt").setLevel(logging.ERROR)
        self.port = self.port or free_port()
        loop = self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=loop.run_forever, name="amqtt", daemon=True)
        self._thread.start()
        listener = {"type": "tcp", "bind": f"127.0.0.1:{self.port}"}
        config = {
            "listeners": {"default": listener},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }

        async def begin() -> Any:
            broker = Broker(config)
            await broker.start()
            return broker

        try:
            self._broker = asyncio.run_coroutine_threadsafe(begin(), loop).result(START_S)
        except Exception as error:
            self._end_loop()
            raise BrokerError(f"amqtt did not start on port {self.port}: {error}") from error

    def stop(self) -> None:
        """Shut it down; its port stays ours for the next start."""
        import asyncio

        broker, self._broker = self._broker, None
        if broker is not None:
            try:
                asyncio.run_coroutine_threadsafe(broker.shutdown(), self._loop).result(STOP_S)
            finally:
                self._end_loop()

    close = stop

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STOP_S)
        self._loop.close()
