"""The objects that `kubectl get pods,svc,endpointslices,nodes -A -o json` would show, as far as Stickler reads them."""

import datetime


def stamp(seconds, digits=6):
    time = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z") if digits else f"{time:%Y-%m-%dT%H:%M:%SZ}"


def snapshot(cluster, services, times, now):
    """What is so at this moment; `times` has when pods were made and told to go."""
    items = [node(n, cluster.plan) for n in cluster.nodes]
    items += [pod(p, services, times) for p in cluster.pods.values()]
    for name in {service.name: None for service in services}:
        ports = [service for service in services if service.name == name]
        items += [service_object(ports), endpoint_slice(ports, cluster.plan)]
    return {"apiVersion": "v1", "kind": "List", "takenAt": stamp(now), "items": items}


def node(node, plan):
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": node.name},
        "spec": {"podCIDRs": [plan.node_pods(node.number)]},
        "status": {
            "addresses": [{"type": "InternalIP", "address": node.address}],
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }


def pod(pod, services, times):
    states = [e for s in services for e in s.endpoints if e.pod is pod]
    is_ready = all(e.ready or e.terminating for e in states)
    metadata = {"name": pod.name, "namespace": "default", "uid": f"uid-{pod.name}"}
    metadata["creationTimestamp"] = stamp(times[pod.name].made, 0)
    if times[pod.name].ending:
        metadata["deletionTimestamp"] = stamp(times[pod.name].ending + times[pod.name].grace, 0)
        metadata["deletionGracePeriodSeconds"] = times[pod.name].grace
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"nodeName": pod.node.name, **({"hostNetwork": True} if pod.is_on_host else {})},
        "status": {
            "phase": "Running",
            "podIP": pod.address,
            "podIPs": [{"ip": pod.address}],
            "hostIP": pod.node.address,
            "conditions": [{"type": "Ready", "status": "True" if is_ready else "False"}],
        },
    }


def service_object(ports):
    service = ports[0]
    metadata = {"name": service.name, "namespace": "default"}
    if service.announcer == "MetalLB":
        metadata["annotations"] = {"metallb.universe.tf/ip-allocated-from-pool": "lab"}
    spec = {"type": service.type, "ports": [], "selector": {"app": service.name}}
    for one in ports:
        port = {"name": one.port_name, "protocol": "UDP", "port": one.port, "targetPort": one.port}
        spec["ports"].append(port | ({"nodePort": one.node_port} if one.node_port else {}))
    spec["clusterIP"] = service.cluster_ip or "None"
    spec["clusterIPs"] = [spec["clusterIP"]]
    spec["sessionAffinity"] = "ClientIP" if service.affinity else "None"
    if service.affinity:
        spec["sessionAffinityConfig"] = {"clientIP": {"timeoutSeconds": service.affinity}}
    if service.type != "ClusterIP":
        spec["externalTrafficPolicy"] = service.policy
    status = {"loadBalancer": {"ingress": [{"ip": service.vip}]} if service.vip else {}}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec, "status": status}


def endpoint_slice(ports, plan):
    service = ports[0]

    def entry(endpoint):
        pod = endpoint.pod
        return {
            "addresses": [pod.address],
            "conditions": {
                "ready": endpoint.ready,
                "serving": endpoint.ready or endpoint.terminating,
                "terminating": endpoint.terminating,
            },
            "nodeName": pod.node.name,
            "targetRef": {"kind": "Pod", "name": pod.name, "namespace": "default", "uid": f"uid-{pod.name}"},
        }

    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "addressType": f"IPv{plan.family}",
        "metadata": {
            "name": f"{service.name}-1",
            "namespace": "default",
            "labels": {"kubernetes.io/service-name": service.name},
        },
        "endpoints": [entry(e) for e in service.endpoints],
        "ports": [{"name": one.port_name, "protocol": "UDP", "port": one.port} for one in ports],
    }
