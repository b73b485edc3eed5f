"""C libraries of devices, each in a process of its own: they block, crash and keep state.

Modules here import nothing of ours but `protocol`, nothing beyond the standard library but their own library, and run
under any Python that has it. `biocapture.devices.transport.driver_process` starts them.
"""
