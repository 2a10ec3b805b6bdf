"""The one way to the network: bounded, honest, and only to where the config points.

Every answer is read as a stream under a cap after decompression and a limit of total time. Redirects are followed by
hand. Addresses are judged when a socket is made, so that no name, number spelling, redirect or second DNS answer
reaches this machine or its network unless the config names that host. No cookies, no proxies from the environment.
"""

from monitor.sources.http.client import Client, Fetched

__all__ = ["Client", "Fetched"]
