"""A node loses its only pod, and the router, which hashes flows over the nodes that have one, rehashes them."""

# Who changes the node is A5, whatever made the router choose anew; hashing decides how many do.
modes = ["A5"]
is_sample = False
verdict = "fail"
setup = {"policy": "Local"}
variants = {"modulo": {"consistent": False}, "consistent": {"consistent": True}}


def play(lab):
    lab.serve(pods=lab.pods(s1=lab.n1, s2=lab.n2, s3=lab.n3))
    hash = lab.balancer.consistently if lab.settings["consistent"] else lab.balancer.by_flow
    hash(*lab.nodes)
    lab.ask(clients=24, seconds=6)
    lab.wait(3)
    lab.note("the router leaves n3 out")
    hash(lab.n1, lab.n2)
    lab.delete(lab.cluster.pods["s3"])
