"""The task queue under MicroPython's asyncio, on simulated time and in an order that is the same on every runtime.

The one built into the virtual machine stamps tasks with the machine's own clock and leaves open which of two tasks due
in the same millisecond runs first.  Here the clock is the simulator's and the order is first in, first out.
"""

from time import ticks_diff, ticks_ms


class TaskQueue:
    """Tasks by due time; those due together in the order they came."""

    def __init__(self):
        self._tasks = []

    def peek(self):
        return self._tasks[0] if self._tasks else None

    def push(self, task, key=None):
        due = ticks_ms() if key is None else key
        task.ph_key = due
        task.data = None
        tasks = self._tasks
        place = len(tasks)
        while place and ticks_diff(tasks[place - 1].ph_key, due) > 0:
            place -= 1
        tasks.insert(place, task)

    def pop(self):
        return self._tasks.pop(0)

    def remove(self, task):
        self._tasks.remove(task)


class Task:
    """One coroutine under the event loop.

    ``state`` is True while it runs and no task waits for it, a TaskQueue of the waiting tasks (or a callable), False
    when it has ended and been awaited, None when it has ended and was not awaited.  ``data`` is what it waits on (a
    TaskQueue, an IOQueue or a Task), the exception to throw into it next, or its result as StopIteration.
    """

    def __init__(self, coro, globals=None):
        self.coro = coro
        self.state = True
        self.data = None
        self.ph_key = 0

    def __iter__(self):
        if not self.state:
            self.state = False
        elif self.state is True:
            self.state = TaskQueue()
        elif not isinstance(self.state, TaskQueue):
            raise RuntimeError("this task reports to a callback and cannot be awaited")
        return self

    def __next__(self):
        if not self.state:
            raise self.data
        waiter = _core().cur_task
        self.state.push(waiter)
        waiter.data = self

    def done(self):
        return not self.state

    def cancel(self):
        if not self.state:
            return False
        core = _core()
        if self is core.cur_task:
            raise RuntimeError("a task cannot cancel itself")
        last = self  # the one at the end of the chain of tasks that wait for each other
        while isinstance(last.data, Task):
            last = last.data
        if hasattr(last.data, "remove"):
            last.data.remove(last)
            core._task_queue.push(last)
        elif ticks_diff(last.ph_key, ticks_ms()) > 0:
            core._task_queue.remove(last)
            core._task_queue.push(last)
        last.data = core.CancelledError
        return True


def _core():
    # asyncio imports this module first, so it cannot be imported at the top
    from asyncio import core

    return core
