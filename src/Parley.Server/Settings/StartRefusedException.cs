namespace Parley.Server.Settings;

/// <summary>The server cannot start with this configuration. The message says why and what to do.</summary>
public abstract class StartRefusedException(string message, Exception? reason = null) : Exception(message, reason);
