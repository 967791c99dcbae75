internal import Cluster

/// The cluster of captures/iptables-hostgw-cluster with a Service for each policy, before and after pod s3 went away.
let smallCluster: ClusterHistory? = {
  let snapshots = [3, 2].compactMap { pods in
    try? ClusterSnapshot(reading: Array(listing(pods: pods).utf8), named: "small")
  }
  precondition(snapshots.count == 2, "the inventory can be read")
  return ClusterHistory(snapshots)
}()

private func listing(pods: Int) -> String {
  let nodes = (1...2).map { number in
    """
    {"kind":"Node","metadata":{"name":"n\(number)"},"spec":{"podCIDR":"10.244.\(number).0/24"},
     "status":{"addresses":[{"address":"192.168.99.1\(number)","type":"InternalIP"}]}}
    """
  }
  let backends = (1...pods).map { number in
    """
    {"kind":"Pod","metadata":{"name":"s\(number)","namespace":"default","labels":{"app":"s"}},
     "spec":{"nodeName":"n\(number % 2 + 1)"},"status":{"phase":"Running",
     "podIP":"10.244.\(number).2","podIPs":[{"ip":"10.244.\(number).2"}],
     "conditions":[{"type":"Ready","status":"True"}]}}
    """
  }
  let endpoints = (1...pods).map { number in
    """
    {"addresses":["10.244.\(number).2"],"nodeName":"n\(number % 2 + 1)",
     "conditions":{"ready":true,"serving":true,"terminating":false},
     "targetRef":{"kind":"Pod","name":"s\(number)","namespace":"default"}}
    """
  }.joined(separator: ",")
  let time = pods == 3 ? "2026-11-21T00:23:00Z" : "2026-11-21T00:24:00Z"
  let services = [
    service("whole", "Cluster", "None", address: "10.96.0.7", ingress: "198.51.100.7", port: 0),
    service(
      "local",
      "Local",
      "ClientIP",
      address: "10.96.0.8",
      ingress: "198.51.100.8",
      port: 30001
    ),
  ]
  let slices = ["whole", "local"].map { name in
    """
    {"kind":"EndpointSlice","metadata":{"name":"\(name)-1","namespace":"default",
     "labels":{"kubernetes.io/service-name":"\(name)"}},"addressType":"IPv4",
     "ports":[{"name":"u","port":20001,"protocol":"UDP"}],"endpoints":[\(endpoints)]}
    """
  }
  let items = (nodes + backends + services + slices).joined(separator: ",")
  return #"{"kind":"List","apiVersion":"v1","takenAt":"\#(time)","items":[\#(items)]}"#
}

private func service(
  _ name: String,
  _ policy: String,
  _ affinity: String,
  address: String,
  ingress: String,
  port: Int
) -> String {
  let nodePort = port == 0 ? "" : #","nodePort":\#(port)"#
  return """
    {"kind":"Service","metadata":{"name":"\(name)","namespace":"default"},"spec":{
     "type":"LoadBalancer","clusterIP":"\(address)","clusterIPs":["\(address)"],
     "externalTrafficPolicy":"\(policy)","sessionAffinity":"\(affinity)",
     "ports":[{"name":"u","port":20001,"protocol":"UDP","targetPort":20001\(nodePort)}]},
     "status":{"loadBalancer":{"ingress":[{"ip":"\(ingress)"}]}}}
    """
}
