using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace IfGuide.Grains.Hosting;

/// <summary>Answers probes: <c>/health/live</c> while the process runs, <c>/health/ready</c> while the silo is an active member of its cluster.</summary>
internal sealed class HealthEndpoint : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly IServiceProvider services;

    private HealthEndpoint(IPEndPoint endpoint, IServiceProvider services)
    {
        this.services = services;
        Address = new Uri($"http://{endpoint}");
        listener.Prefixes.Add($"{Address}health/");
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    public static HealthEndpoint Start(IPEndPoint endpoint, IServiceProvider services)
    {
        var health = new HealthEndpoint(endpoint, services);
        health.listener.Start();
        _ = health.ServeAsync();
        return health;
    }

    public void Dispose() => listener.Close();

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                Answer(await listener.GetContextAsync());
            }
            catch (Exception exception) when (exception is HttpListenerException or InvalidOperationException or IOException)
            {
                // The asker went away, or the endpoint is closing.
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        var (status, text) = Answer(context.Request.Url?.AbsolutePath);
        var body = Encoding.UTF8.GetBytes(text + "\n");
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Close(body, willBlock: false);
    }

    private (HttpStatusCode Status, string Text) Answer(string? path)
    {
        switch (path)
        {
            case "/health/live":
                return (HttpStatusCode.OK, "live");
            case "/health/ready" when IsReady():
                return (HttpStatusCode.OK, "ready");
            case "/health/ready":
                return (HttpStatusCode.ServiceUnavailable, "not an active member of the cluster");
            default:
                return (HttpStatusCode.NotFound, "/health/live or /health/ready");
        }
    }

    /// <remarks>A silo is Active in its own view of the membership from the last stage of its start to the first of its stop.</remarks>
    private bool IsReady()
    {
        var self = services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        return services.GetRequiredService<IClusterMembershipService>().CurrentSnapshot.GetSiloStatus(self) == SiloStatus.Active;
    }
}
