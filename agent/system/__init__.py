"""What the operating system gives: folders, private files, children, streams, certificates, the log file.

folders           where things are kept
private_files     files and folders that only their owner may read, files whole or not at all
remembered        what is learnt from run to run, in such files
child_process     children that leave with their parent
standard_streams  standard input, output and error, whatever they are connected to
long_imports      imports of many modules, with the collector of garbage at rest
authorities       the certificates that are trusted
logs              the log file
"""
