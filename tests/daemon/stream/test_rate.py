from __future__ import annotations

from coughd.daemon.stream.rate import MOST_PEERS, RateLimit


def test_a_peer_may_ask_twice_its_rate_at_once_and_then_at_its_rate() -> None:
    now_s = [100.0]
    rate = RateLimit(5.0, clock=lambda: now_s[0])
    assert [rate.allows("a") for _ in range(11)] == [True] * 10 + [False]
    now_s[0] += 0.2
    assert [rate.allows("a") for _ in range(2)] == [True, False]
    now_s[0] += 3600
    assert sum(rate.allows("a") for _ in range(20)) == 10


def test_one_peers_questions_cost_another_nothing() -> None:
    rate = RateLimit(5.0, clock=lambda: 100.0)
    for _ in range(100):
        rate.allows("greedy")
    assert rate.allows("modest")


def test_who_connects_anew_for_every_question_gains_no_more_than_the_newcomers_share() -> None:
    now_s = [100.0]
    rate = RateLimit(5.0, clock=lambda: now_s[0])
    assert rate.allows("known")
    assert sum(rate.allows(f"new {number}") for number in range(1000)) == 39
    assert rate.allows("known")
    now_s[0] += 1.0
    assert sum(rate.allows(f"newer {number}") for number in range(1000)) == 20


def test_the_table_is_bounded_and_forgets_who_was_silent_longest() -> None:
    now_s = [100.0]
    rate = RateLimit(1.0, clock=lambda: now_s[0])
    for number in range(2 * MOST_PEERS):
        now_s[0] += 1.0
        assert rate.allows(number)
    assert len(rate._peers) == MOST_PEERS
    assert 2 * MOST_PEERS - 1 in rate._peers
    assert 0 not in rate._peers
