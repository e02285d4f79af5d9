using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Parley.Server.Settings;

/// <summary>Where the log goes, and which entries it gets.</summary>
internal static class LogSetup
{
    /// <summary>Logs to the configured file, or else to standard error. Standard output is for what programs wait for.</summary>
    public static ILoggingBuilder UseSettings(this ILoggingBuilder logging, ServerSettings settings)
    {
        var level = settings.Debug && settings.LogLevel > LogLevel.Debug ? LogLevel.Debug : settings.LogLevel;
        logging.ClearProviders().SetMinimumLevel(level).QuietHosting();
        logging.Services.AddSingleton<ILoggerProvider>(services => new LineLoggerProvider(
            settings.LogFile is { } file ? Open(file) : Console.Error,
            services.GetService<TimeProvider>() ?? TimeProvider.System));
        return logging;
    }

    /// <summary>Leaves out what the web server logs about single requests, at every level: it contains URLs with their queries, where tickets are,
    /// and malformed header lines of bad requests, where tokens may be. Faults are still logged.</summary>
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

/// <summary>The log cannot be written to the configured file.</summary>
internal sealed class LogFileUnusableException(string file, Exception reason) : StartRefusedException(
    $"The log file '{file}' cannot be written: {reason.Message.TrimEnd('.')}. Name another with --log-file, or leave it out: the log then goes to standard error.", reason);
