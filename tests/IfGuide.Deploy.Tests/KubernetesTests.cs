using IfGuide.Grains.Hosting;
using k8s;
using k8s.Models;

namespace IfGuide.Deploy.Tests;

/// <summary>deploy/kubernetes, read with Kubernetes' own types: a field that Kubernetes does not know is an error.</summary>
public sealed class KubernetesTests
{
    private static readonly string[] BaseFiles = [.. Yaml.Read("kubernetes/base/kustomization.yaml").List("resources")];
    private static readonly IReadOnlyList<object> Base = [.. BaseFiles.SelectMany(file => Load($"kubernetes/base/{file}"))];

    public static TheoryData<string> Workloads => ["ifguide-control", "ifguide-compute"];

    [Fact]
    public void Base_NamesEveryFileBesideIt() =>
        Assert.Equal(Directory.GetFiles(Yaml.PathOf("kubernetes/base")).Select(Path.GetFileName).Where(name => name != "kustomization.yaml").Order(), BaseFiles.Order());

    [Fact]
    public void UnknownField_IsRefused() =>
        Assert.ThrowsAny<Exception>(() => KubernetesYaml.Deserialize<V1Deployment>(Yaml.Text("kubernetes/base/control.yaml").Replace("replicas:", "replicaCount:", StringComparison.Ordinal), strict: true));

    [Theory, MemberData(nameof(Workloads))]
    public void Silo_IsToldWhatItUnderstands(string workload)
    {
        var container = Pod(workload).Spec.Containers.Single();
        SiloArguments.AssertUnderstood(container.Args);
        Assert.Contains($"--role={workload["ifguide-".Length..]}", container.Args);
        Assert.All(container.Env.Where(variable => variable.Name is not ("POD_NAME" or "POD_IP" or "IFGUIDE_CLUSTER" or "IFGUIDE_STORE")), variable => SiloArguments.AssertRead(variable.Name));
        Assert.All(container.Args.Where(argument => argument.Contains("$(", StringComparison.Ordinal)), argument => Assert.Contains(argument.Split("$(")[1].TrimEnd(')'), container.Env.Select(variable => variable.Name)));
        Assert.Equal("status.podIP", container.Env.Single(variable => variable.Name == "POD_IP").ValueFrom.FieldRef.FieldPath);
        Assert.Contains("--listen=$(POD_IP)", container.Args);
        Assert.DoesNotContain("--insecure", container.Args);
    }

    [Theory, MemberData(nameof(Workloads))]
    public void Ports_AreThoseThatTheSiloOpens(string workload)
    {
        var container = Pod(workload).Spec.Containers.Single();
        Assert.Equal(["gateway", "health", "silo"], container.Ports.Select(port => port.Name).Order());
        Assert.All(container.Ports, port => Assert.Contains($"--{port.Name}-port={port.ContainerPort}", container.Args));
    }

    [Theory, MemberData(nameof(Workloads))]
    public void Probes_AskWhatTheSiloAnswers(string workload)
    {
        var container = Pod(workload).Spec.Containers.Single();
        Assert.Equal(["/health/ready", "/health/ready", "/health/live"], new[] { container.StartupProbe, container.ReadinessProbe, container.LivenessProbe }.Select(probe => probe.HttpGet.Path));
        Assert.All([container.StartupProbe, container.ReadinessProbe, container.LivenessProbe], probe => Assert.Equal("health", probe.HttpGet.Port.Value));
        Assert.True(container.StartupProbe.PeriodSeconds * container.StartupProbe.FailureThreshold >= 300); // a large model's first load, and Redis that comes late
    }

    [Theory, MemberData(nameof(Workloads))]
    public void Pod_LeavesInPeace_AndMayDoLittle(string workload)
    {
        var pod = Pod(workload).Spec;
        var container = pod.Containers.Single();
        Assert.True(pod.TerminationGracePeriodSeconds > SiloArguments.LongestStop);
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.False(pod.AutomountServiceAccountToken);
        Assert.Equal("ifguide", pod.ServiceAccountName);
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        Assert.False(container.Resources.Limits.ContainsKey("cpu"), "a throttled silo answers probes late");
        Assert.Equal(pod.Volumes.Select(volume => volume.Name).Order(), container.VolumeMounts.Select(mount => mount.Name).Order());
        Assert.All(container.Env.Where(variable => variable.Value?.StartsWith('/') == true), variable =>
            Assert.Contains(container.VolumeMounts, mount => mount.ReadOnlyProperty == true && variable.Value.StartsWith(mount.MountPath + "/", StringComparison.Ordinal)));
    }

    [Fact]
    public void Selectors_MeetTheirPods()
    {
        var (control, compute) = (Base.OfType<V1Deployment>().Single(), Base.OfType<V1StatefulSet>().Single());
        Assert.Equal(control.Spec.Template.Metadata.Labels, control.Spec.Selector.MatchLabels);
        Assert.Equal(compute.Spec.Template.Metadata.Labels, compute.Spec.Selector.MatchLabels);
        Assert.NotEqual(control.Spec.Selector.MatchLabels, compute.Spec.Selector.MatchLabels);
        Assert.Equal(compute.Spec.ServiceName, Base.OfType<V1Service>().Single().Metadata.Name);
        Assert.Equal(compute.Spec.Template.Metadata.Labels, Base.OfType<V1Service>().Single().Spec.Selector);
        Assert.InRange(control.Spec.Replicas!.Value, 2, 3);
        var budgets = Base.OfType<V1PodDisruptionBudget>().ToList();
        Assert.Equal(2, budgets.Count);
        Assert.All(budgets, budget => Assert.Contains(new[] { control.Spec.Template, compute.Spec.Template }, pod => Same(pod.Metadata.Labels, budget.Spec.Selector.MatchLabels)));
        Assert.All(budgets, budget => Assert.Equal("1", budget.Spec.MaxUnavailable.Value));
    }

    [Fact]
    public void Network_LetsSilosToSilos_ClientsToGateways_AndAnybodyToHealthAlone()
    {
        var policy = Base.OfType<V1NetworkPolicy>().Single().Spec;
        foreach (var workload in new[] { "ifguide-control", "ifguide-compute" })
        {
            Assert.True(Matches(policy.PodSelector, Pod(workload).Metadata.Labels));
        }

        Assert.Equal(["Ingress", "Egress"], policy.PolicyTypes);
        var byPort = policy.Ingress.ToDictionary(rule => rule.Ports.Single().Port.Value, rule => rule.FromProperty?.Single().PodSelector);
        Assert.True(Matches(byPort["silo"]!, Pod("ifguide-compute").Metadata.Labels));
        Assert.False(Matches(byPort["silo"]!, Labels("client")));
        Assert.True(Matches(byPort["gateway"]!, Labels("client")));
        Assert.Null(byPort["health"]);
        Assert.Equal(3, byPort.Count);
    }

    [Fact]
    public void ServiceAccount_HasNoToken() => Assert.False(Base.OfType<V1ServiceAccount>().Single().AutomountServiceAccountToken);

    [Fact]
    public void Configuration_HasEveryKeyThatPodsRead()
    {
        var configuration = Base.OfType<V1ConfigMap>().Single();
        var keys = new[] { "ifguide-control", "ifguide-compute" }.SelectMany(workload => Pod(workload).Spec.Containers.Single().Env).Select(variable => variable.ValueFrom?.ConfigMapKeyRef).OfType<V1ConfigMapKeySelector>().ToList();
        Assert.NotEmpty(keys);
        Assert.All(keys, key => Assert.True(key.Name == configuration.Metadata.Name && configuration.Data.ContainsKey(key.Key), key.Key));
    }

    [Fact]
    public void GpuOverlay_GivesEveryComputeSiloOneDevice()
    {
        var kustomization = Yaml.Read("kubernetes/overlays/gpu/kustomization.yaml");
        Assert.Equal(["../../base"], kustomization.List("resources"));
        var patch = Assert.IsType<V1StatefulSet>(Assert.Single(Load("kubernetes/overlays/gpu/compute.yaml")));
        var container = patch.Spec.Template.Spec.Containers.Single();
        Assert.Equal("ifguide-compute", patch.Metadata.Name);
        Assert.Equal(Pod("ifguide-compute").Spec.Containers.Single().Name, container.Name);
        Assert.Equal("1", container.Resources.Limits["nvidia.com/gpu"].ToString());
        Assert.Equal("1", container.Resources.Requests["nvidia.com/gpu"].ToString());
        SiloArguments.AssertUnderstood(container.Args);
        Assert.Equal(Pod("ifguide-compute").Spec.Containers.Single().Args.Append("--device=cuda:0").Order(), container.Args.Order());
        Assert.Contains(patch.Spec.Template.Spec.Tolerations, toleration => toleration.Key == "nvidia.com/gpu");
        Assert.EndsWith(":cuda", container.Image, StringComparison.Ordinal);
    }

    [Fact]
    public void Stop_TakesLessThanTheGraceAssumes() => Assert.True(ClusterHost.StopTimeout.TotalSeconds <= SiloArguments.LongestStop);

    private static V1PodTemplateSpec Pod(string workload) =>
        Base.OfType<V1Deployment>().SingleOrDefault(item => item.Metadata.Name == workload)?.Spec.Template ?? Base.OfType<V1StatefulSet>().Single(item => item.Metadata.Name == workload).Spec.Template;

    private static Dictionary<string, string> Labels(string component) => new() { ["app.kubernetes.io/name"] = "ifguide", ["app.kubernetes.io/component"] = component };

    private static bool Same(IDictionary<string, string> one, IDictionary<string, string> other) => one.Count == other.Count && !one.Except(other).Any();

    private static bool Matches(V1LabelSelector selector, IDictionary<string, string> labels) =>
        (selector.MatchLabels ?? new Dictionary<string, string>()).All(label => labels.TryGetValue(label.Key, out var value) && value == label.Value)
        && (selector.MatchExpressions ?? []).All(expression => expression.OperatorProperty == "In" && labels.TryGetValue(expression.Key, out var value) && expression.Values.Contains(value));

    private static List<object> Load(string file) => KubernetesYaml.LoadAllFromString(Yaml.Text(file), typeMap: null, strict: true);
}
