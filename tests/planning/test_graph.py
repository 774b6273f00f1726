"""Chains in small graphs, held against trying out everything."""

from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from agent.planning.graph import (
    Graph,
    knots,
    longest_chain,
    make_graph,
    order,
    reachable,
    reverse,
    shortest_circle,
    strong_components,
    without,
)

NODES = st.integers(1, 6)
EDGES = st.lists(st.tuples(NODES, NODES), max_size=16)
# Edges from a lower to a higher id alone make no circle.
FORWARD = st.lists(st.tuples(NODES, NODES).filter(lambda edge: edge[0] < edge[1]), max_size=12)


def walks(graph: Graph) -> list[tuple[int, ...]]:
    """Every way that passes no node twice, one node long or longer."""
    return [
        walk
        for length in range(1, len(graph) + 1)
        for walk in permutations(graph, length)
        if all(end in graph[start] for start, end in pairwise(walk))
    ]


def circles(graph: Graph) -> list[tuple[int, ...]]:
    return [(*walk, walk[0]) for walk in walks(graph) if walk[0] in graph[walk[-1]]]


@given(EDGES)
def test_a_graph_does_not_depend_on_the_order_it_came_in(edges: list[tuple[int, int]]) -> None:
    graph = make_graph(edges)
    assert list(graph) == sorted(graph)
    assert make_graph(reversed(edges)) == graph
    assert reverse(reverse(graph)) == graph


@given(EDGES)
def test_nodes_of_a_component_reach_each_other_and_no_others_do(edges: list[tuple[int, int]]) -> None:
    graph = make_graph(edges)
    groups = strong_components(graph)
    assert sorted(node for group in groups for node in group) == list(graph)
    group_of = {node: group for group in groups for node in group}
    ways = {(walk[0], walk[-1]) for walk in walks(graph)}
    for one in graph:
        for other in graph:
            together = (one, other) in ways and (other, one) in ways
            assert (group_of[one] == group_of[other]) == together


@given(EDGES)
def test_a_knot_is_where_a_circle_is_and_the_circle_told_is_a_shortest(edges: list[tuple[int, int]]) -> None:
    graph = make_graph(edges)
    there_are = circles(graph)
    assert {node for group in knots(graph) for node in group} == {
        node for circle in there_are for node in circle
    }
    for node in graph:
        told = shortest_circle(graph, node)
        through = [circle for circle in there_are if circle[0] == node]
        assert (told in through) if through else told == ()
        assert len(told) == min(map(len, through), default=0)


@given(EDGES)
def test_an_order_leads_forward_outside_of_circles_and_keeps_their_nodes_together(
    edges: list[tuple[int, int]],
) -> None:
    graph = make_graph(edges)
    ordered = order(graph)
    assert sorted(ordered) == list(graph)
    place = {node: position for position, node in enumerate(ordered)}
    group_of = {node: group for group in strong_components(graph) for node in group}
    for start, ends in graph.items():
        for end in ends:
            assert place[start] < place[end] or group_of[start] == group_of[end]
    for group in strong_components(graph):
        positions = sorted(place[node] for node in group)
        assert positions[-1] - positions[0] == len(group) - 1


@given(FORWARD)
def test_an_order_takes_the_lowest_id_that_is_free(edges: list[tuple[int, int]]) -> None:
    graph = make_graph(edges)
    behind = reverse(graph)
    placed: list[int] = []
    for node in order(graph):
        free = [each for each in graph if each not in placed and set(behind[each]) <= set(placed)]
        assert node == min(free)
        placed.append(node)


@given(FORWARD, st.lists(st.integers(0, 3), min_size=7, max_size=7))
def test_no_chain_is_longer_than_the_longest(edges: list[tuple[int, int]], weights: list[int]) -> None:
    graph = make_graph(edges)
    chain = longest_chain(graph, lambda node: weights[node])
    every = walks(graph)
    assert chain in every or (chain == () and not every)

    def rank(walk: tuple[int, ...]) -> tuple[int, int]:
        return sum(weights[node] for node in walk), len(walk)

    assert rank(chain) == max(map(rank, every), default=(0, 0))


@given(EDGES)
def test_what_can_be_reached_is_where_some_way_ends(edges: list[tuple[int, int]]) -> None:
    graph = make_graph(edges)
    for node in graph:
        ends = {walk[-1] for walk in walks(graph) if walk[0] == node and len(walk) > 1}
        back = {node} if any(circle[0] == node for circle in circles(graph)) else set[int]()
        assert reachable(graph, node) == ends | back


@given(EDGES, st.sets(NODES))
def test_what_is_left_out_takes_its_edges_along(edges: list[tuple[int, int]], gone: set[int]) -> None:
    kept = [edge for edge in edges if not gone & set(edge)]
    assert without(make_graph(edges), gone) == make_graph(kept, {*make_graph(edges)} - gone)


def test_a_chain_longer_than_the_stack_of_python_is_no_trouble() -> None:
    long = make_graph((number, number + 1) for number in range(20_000))
    assert len(strong_components(long)) == 20_001
    assert order(long) == tuple(range(20_001))
    assert longest_chain(long, lambda _: 1.0) == tuple(range(20_001))
    circle = make_graph([*((number, number + 1) for number in range(5_000)), (5_000, 0)])
    assert len(shortest_circle(circle, 0)) == 5_002
