"""Chains in a directed graph: circles, an order, the longest chain, what lies behind.

An edge leads from a task to one that waits for it. Everything is decided by ids where it could go either
way, so the same graph has the same answer whatever order it came in.

Source: Tarjan, "Depth-First Search and Linear Graph Algorithms" (1972), section 4 (strong components).
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Graph: TypeAlias = Mapping[int, tuple[int, ...]]
"""Each node, and where its edges lead, both in ascending order."""


def make_graph(edges: Iterable[tuple[int, int]], nodes: Iterable[int] = ()) -> Graph:
    """Make a graph of edges and of nodes that may have none."""
    pairs = set(edges)
    names = sorted({*nodes, *(end for pair in pairs for end in pair)})
    ends: dict[int, list[int]] = {name: [] for name in names}
    for start, end in sorted(pairs):
        ends[start].append(end)
    return {name: tuple(found) for name, found in ends.items()}


def without(graph: Graph, left_out: Iterable[int]) -> Graph:
    """The same graph without some nodes and their edges."""
    gone = frozenset(left_out)
    return {
        node: tuple(end for end in ends if end not in gone)
        for node, ends in graph.items()
        if node not in gone
    }


def reverse(graph: Graph) -> Graph:
    """The same graph with every edge turned round."""
    return make_graph(((end, start) for start, ends in graph.items() for end in ends), graph)


@dataclass(slots=True)
class _Visit:
    number: int
    lowest: int
    unfinished: bool = True


def strong_components(graph: Graph) -> list[tuple[int, ...]]:
    """The largest groups in which each node can be reached from each other one; most have one node."""
    visits: dict[int, _Visit] = {}
    stack: list[int] = []
    found: list[tuple[int, ...]] = []

    def enter(node: int) -> None:
        visits[node] = _Visit(len(visits), len(visits))
        stack.append(node)

    def leave(node: int) -> None:
        if visits[node].lowest < visits[node].number:
            return
        group: list[int] = []
        while visits[node].unfinished:
            group.append(stack.pop())
            visits[group[-1]].unfinished = False
        found.append(tuple(sorted(group)))

    for root in graph:
        if root in visits:
            continue
        enter(root)
        # No recursion: a chain may be longer than Python's stack.
        path = [(root, iter(graph[root]))]
        while path:
            node, ends = path[-1]
            for end in ends:
                if end not in visits:
                    enter(end)
                    path.append((end, iter(graph[end])))
                    break
                if visits[end].unfinished:
                    visits[node].lowest = min(visits[node].lowest, visits[end].number)
            else:
                leave(node)
                path.pop()
                if path:
                    parent = visits[path[-1][0]]
                    parent.lowest = min(parent.lowest, visits[node].lowest)
    return sorted(found)


def knots(graph: Graph) -> list[tuple[int, ...]]:
    """The strong components that hold a circle."""
    return [
        group
        for group in strong_components(graph)
        if any(node in graph[node] or len(group) > 1 for node in group)
    ]


def shortest_circle(graph: Graph, node: int) -> tuple[int, ...]:
    """A shortest way from a node back to itself, which stands at both ends; nothing if there is none."""
    before: dict[int, int] = {}
    queue = deque([node])
    while queue:
        here = queue.popleft()
        for end in graph[here]:
            if end not in before:
                before[end] = here
                queue.append(end)
    if node not in before:
        return ()
    chain = [node, before[node]]
    while chain[-1] != node:
        chain.append(before[chain[-1]])
    return tuple(reversed(chain))


def order(graph: Graph) -> tuple[int, ...]:
    """The nodes so that edges lead forward, lower ids first; the nodes of a knot stand together."""
    groups = strong_components(graph)
    group_of = {node: group[0] for group in groups for node in group}
    members = {group[0]: group for group in groups}
    edges = {(group_of[start], group_of[end]) for start, ends in graph.items() for end in ends}
    outer = make_graph(((start, end) for start, end in edges if start != end), members)
    waiting = dict.fromkeys(outer, 0)
    for ends in outer.values():
        for end in ends:
            waiting[end] += 1
    ready = [name for name, count in waiting.items() if not count]
    ordered: list[int] = []
    while ready:
        name = heapq.heappop(ready)
        ordered += members[name]
        for end in outer[name]:
            waiting[end] -= 1
            if not waiting[end]:
                heapq.heappush(ready, end)
    return tuple(ordered)


def longest_chain(graph: Graph, weigh: Callable[[int], float]) -> tuple[int, ...]:
    """The chain whose nodes weigh most together; of equals one with more nodes.

    Args:
        graph: A graph without circles.
        weigh: What a node weighs, zero or more.
    """
    behind = reverse(graph)
    best: dict[int, tuple[float, int]] = {}
    before: dict[int, int | None] = {}
    for node in order(graph):
        chosen = max(behind[node], key=lambda each: (*best[each], -each), default=None)
        weight, count = best[chosen] if chosen is not None else (0.0, 0)
        best[node], before[node] = (weight + weigh(node), count + 1), chosen
    end = max(best, key=lambda each: (*best[each], -each), default=None)
    chain: list[int] = []
    while end is not None:
        chain.append(end)
        end = before[end]
    return tuple(reversed(chain))


def reachable(graph: Graph, node: int) -> frozenset[int]:
    """The nodes that edges lead to from a node; the node itself only if it lies in a circle."""
    found: set[int] = set()
    waiting = list(graph[node])
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += graph[here]
    return frozenset(found)
