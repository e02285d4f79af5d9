using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Parley.Server.Settings;

/// <summary>Where the log goes, and what may reach it.</summary>
internal static class LogSetup
{
    /// <summary>Logs to the file of the settings, else to standard error; standard output is for what a program waits for.</summary>
    public static ILoggingBuilder UseSettings(this ILoggingBuilder logging, ServerSettings settings)
    {
        var level = settings.Debug && settings.LogLevel > LogLevel.Debug ? LogLevel.Debug : settings.LogLevel;
        logging.ClearProviders().SetMinimumLevel(level).QuietHosting();
        logging.Services.AddSingleton<ILoggerProvider>(services => new LineLoggerProvider(
            settings.LogFile is { } file ? Open(file) : Console.Error,
            services.GetService<TimeProvider>() ?? TimeProvider.System));
        return logging;
    }

    /// <summary>Leaves out what the web server says of single requests, whatever the level: it quotes addresses with their query, where
    /// a ticket stands, and the malformed header lines of bad requests, where a token may. Faults still get through.</summary>
    public static ILoggingBuilder QuietHosting(this ILoggingBuilder logging) => logging
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddFilter("System", LogLevel.Warning);

    private static TextWriter Open(string file)
    {
        try
        {
            return LineLoggerProvider.OpenFile(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new LogFileUnusableException(file, fault);
        }
    }
}

/// <summary>The log cannot be written where it is to go.</summary>
internal sealed class LogFileUnusableException(string file, Exception reason) : StartRefusedException(
    $"The log file '{file}' cannot be written: {reason.Message.TrimEnd('.')}. Name another with --log-file, or leave it out: the log then goes to standard error.", reason);
