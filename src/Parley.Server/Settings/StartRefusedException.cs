namespace Parley.Server.Settings;

/// <summary>The server cannot start as it is set up; the message says why and what to do.</summary>
public abstract class StartRefusedException(string message, Exception? reason = null) : Exception(message, reason);
