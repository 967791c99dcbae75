"""A pod is deleted, and the collector is killed: when it starts again only today's inventory is left."""

modes = ["A17", "C1"]
needs_pair = True
is_sample = False


def play(lab):
    lab.serve()
    lab.balancer.by_address(*lab.nodes)
    lab.ask(clients=24, seconds=9)
    lab.wait(2.5)
    lab.delete(lab.busiest())
    lab.wait(2)
    lab.collector.kill()
    lab.collector.forget_inventories()
    lab.collector.start()
