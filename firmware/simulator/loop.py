"""The event loop's waiting, on the simulated board's time; sockets stay real."""

from asyncio import core
import select


def install(world, socket_class):
    """Let asyncio wait in the world instead of on the machine."""

    class Queue(core.IOQueue):
        """Poll sockets for real; look at everything else when time passes."""

        def __init__(self):
            super().__init__()
            world.control.register(self.poller)

        def _enqueue(self, stream, index):
            if isinstance(stream, socket_class):
                return super()._enqueue(stream, index)
            entry = self.map.setdefault(id(stream), [None, None, stream])
            entry[index] = core.cur_task
            return None

        def _dequeue(self, stream):
            del self.map[id(stream)]
            if isinstance(stream, socket_class):
                self.poller.unregister(stream)

        def wait_io_event(self, dt):
            world.wait(self, dt)

        def deliver(self, timeout_ms):
            """Wake who waits for what is ready within a real time; tell whether any was."""
            ready = [
                (entry[2], entry[2].ioctl(3, select.POLLIN))
                for entry in self.map.values()
                if not isinstance(entry[2], socket_class)
            ]
            ready = [(stream, events) for stream, events in ready if events]
            asked = []
            for stream, events in self.poller.ipoll(0 if ready else timeout_ms):
                if id(stream) in self.map:
                    ready.append((stream, events))
                else:
                    asked.append(stream)
            for stream, events in ready:
                self._wake(stream, events)
            for stream in asked:
                world.control.ready(stream)
            return bool(ready or asked)

        def _wake(self, stream, events):
            entry = self.map[id(stream)]
            if events & ~select.POLLOUT and entry[0] is not None:
                core._task_queue.push(entry[0])  # noqa: SLF001 - asyncio's own way in
                entry[0] = None
            if events & ~select.POLLIN and entry[1] is not None:
                core._task_queue.push(entry[1])  # noqa: SLF001 - as above
                entry[1] = None
            if entry[0] is None and entry[1] is None:
                self._dequeue(stream)
            elif isinstance(stream, socket_class):
                self.poller.modify(stream, select.POLLOUT if entry[0] is None else select.POLLIN)

    core.ticks = world.ms
    core.IOQueue = Queue
    core.new_event_loop()
