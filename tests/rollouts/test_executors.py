import os

import pytest
from toys import breaks, dies, numbers, refuses, where

from playout.core import PlayoutError, WrongUse
from playout.rollouts.executors import InProcess, Piece, Processes


@pytest.mark.parametrize("executor", [InProcess(), Processes(2)], ids=["here", "processes"])
def test_pieces_come_with_their_handles_and_an_end(executor):
    handles = [executor.submit(numbers, 0, 3), executor.submit(numbers, 5, 7)]
    pieces = list(executor.gather())
    for handle, values in zip(handles, ([0, 1, 2], [5, 6]), strict=True):
        mine = [piece for piece in pieces if piece.handle == handle]
        assert mine == [*(Piece(handle, value) for value in values), Piece(handle, ended=True)]


def test_processes_are_others_and_work_may_follow_work():
    executor = Processes(1)
    executor.submit(where)
    found = []
    for piece in executor.gather():
        if not piece.ended:
            found.append(piece.value)
        assert piece.lost is None
        if piece.ended and len(found) < 2:
            executor.submit(where)
    assert len({os.getpid(), *found}) == 3


def test_a_process_that_dies_is_reported_and_the_others_go_on():
    executor = Processes(2)
    first, second = executor.submit(dies), executor.submit(numbers, 0, 2)
    pieces = list(executor.gather())
    assert Piece(first, "last words") in pieces
    assert pieces.count(Piece(second, ended=True)) == 1
    (end,) = [piece for piece in pieces if piece.handle == first and piece.ended]
    assert end.lost == "a worker process was ended by signal 9 (out of memory?)"


def test_errors_arrive_with_their_kind():
    for work, kind, message in (
        (refuses, WrongUse, "colour: expected red"),
        (breaks, PlayoutError, "in a worker process: KeyError: 'x'"),
    ):
        executor = Processes(1)
        executor.submit(work)
        with pytest.raises(kind, match=message):
            list(executor.gather())


def test_number_of_workers_is_checked():
    with pytest.raises(WrongUse, match="expected at least 1, got 0"):
        Processes(0)
