"""n1 loses its conntrack table while what tells of it is broken itself: the collector, an agent, the way between."""

modes = ["A2", "C1"]
verdict = "fail"
needs_pair = True
is_sample = False
variants = {
    "collector killed": {"broken": "collector"},
    "network cut": {"broken": "network"},
    "network cut for a minute": {"broken": "network", "seconds": 60},
    "agent killed": {"broken": "agent"},
}


def play(lab):
    lab.serve()
    seconds = lab.settings.get("seconds", 3)
    lab.ask(clients=12, seconds=6 + seconds)
    lab.wait(2)
    broken = lab.settings["broken"]
    if broken == "collector":
        lab.collector.kill()
    elif broken == "network":
        lab.collector.cut()
    else:
        lab.agent(lab.n3).kill()
    lab.wait(1)
    lab.flush(lab.n1)
    lab.wait(seconds - 1)
    if broken == "collector":
        lab.collector.start()
    elif broken == "network":
        lab.collector.connect()
    else:
        lab.agent(lab.n3).start()
