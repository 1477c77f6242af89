"""What wrk prints, the size of an answer, and the request that the references copy."""

import pytest
from bench.client import Answer
from bench.engine import is_whole, numbered
from bench.results import UnsoundError
from bench.wrk import Load, parse

WRK = "Running 1s test @ http://127.0.0.1:1/\n  1 threads and 4 connections\n"
REQUEST = (
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1:12345\r\nwebhook-id: bench-12345678-12345\r\nContent-Length: 71\r\n\r\n"
    b'{"id":"bench-12345678-12345","data":{"sequence":12345,"totalSize":123456}}'
)


def test_the_last_line_of_wrk_has_rate_and_percentiles() -> None:
    line = '{"requests":3000,"microseconds":1500000,"p50":12,"p99":40,"errors":0}\n'
    assert parse(WRK + line) == Load(3000, 2000, 12, 40)


@pytest.mark.parametrize(("requests", "errors"), [(3000, 1), (0, 0)])
def test_a_run_of_wrk_with_errors_or_without_requests_has_no_result(requests: int, errors: int) -> None:
    line = f'{{"requests":{requests},"microseconds":1500000,"p50":12,"p99":40,"errors":{errors}}}\n'
    with pytest.raises(UnsoundError, match=f"{errors} of {requests}"):
        parse(WRK + line)


def test_a_run_of_wrk_that_ends_early_has_no_result() -> None:
    with pytest.raises(UnsoundError, match="wrk said"):
        parse(WRK)


def test_an_answer_of_the_same_size_has_one_header_instead_of_the_others() -> None:
    fields = [("Date", "today"), ("Content-Type", "application/json"), ("X-One", "1234567890"), ("Location", "/v1")]
    body, padding = Answer(201, [*fields, ("Content-Length", "4")], b"1234").sizes.split(",")
    assert body == "4"
    assert len(f"X-Padding: {'x' * int(padding)}\r\n") == len("X-One: 1234567890\r\nLocation: /v1\r\n")


def test_the_number_of_a_message_is_marked_wherever_it_is_and_nowhere_else() -> None:
    assert numbered(REQUEST) == (
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1:12345\r\nwebhook-id: bench-12345678-#####\r\nContent-Length: 71\r\n\r\n"
        b'{"id":"bench-12345678-#####","data":{"sequence":#####,"totalSize":123456}}'
    )


def test_a_request_is_whole_with_its_last_byte() -> None:
    request = b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc"
    assert is_whole(request)
    assert not any(is_whole(request[:length]) for length in range(len(request)))
